// Replaced by one of the adapters when an application is made.
export { adapter } from './adapters/express.js';
