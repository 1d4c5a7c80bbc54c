// For tests and demos: a fake Ottu and valid cards. No test runner's globals, nothing of the module itself.
export { aCard, sampleCards } from './builders.js';
export { FakeOttu, type ReceivedRequest, type ScriptedAnswer } from './fake-ottu.js';
