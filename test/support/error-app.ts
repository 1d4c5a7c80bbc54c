import { Controller, Get, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { captureOutput } from './output.js';

/** A shop whose one handler throws what it is given, without a filter of its own. */
export interface ErrorApp {
  /** The whole HTTP answer about the error, and what Nest logged with it. */
  answerTo(error: unknown): Promise<{ readonly answer: string; readonly log: string }>;
  close(): Promise<void>;
}

/** Listens on loopback. */
export async function startErrorApp(): Promise<ErrorApp> {
  let thrown: unknown;

  @Controller()
  class ThrowingController {
    @Get()
    throw(): never {
      throw thrown;
    }
  }

  const module = await Test.createTestingModule({ controllers: [ThrowingController] }).compile();
  const app: INestApplication = module.createNestApplication();
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    async answerTo(error) {
      thrown = error;
      let answer = '';
      const log = await captureOutput(async () => {
        const response = await fetch(url);
        const headers = JSON.stringify([...response.headers]);
        answer = `${response.status} ${response.statusText} ${headers} ${await response.text()}`;
      });
      return { answer, log };
    },
    close: () => app.close(),
  };
}
