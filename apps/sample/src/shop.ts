import type { IncomingMessage, ServerResponse } from 'node:http';
import { ConsoleLogger, Logger, type NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import helmet from 'helmet';
import { AppModule } from './app.module.js';

/** From where `npm start` and the tests run. */
const PAGES = 'apps/sample/public';

/** The whole shop, ready to listen. A person at a terminal reads its log as lines, everything else as JSON. */
export async function createShop(options: NestApplicationOptions = {}): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule, {
    logger: new ConsoleLogger({ json: !process.stdout.isTTY }),
    abortOnError: false,
    ...options,
  });
  app.enableShutdownHooks();
  app.use(logRequests);
  app.use(securityHeaders());
  app.use('/docs', securityHeaders("'unsafe-inline'")); // Swagger UI writes its styles into the page
  app.useStaticAssets(PAGES);
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, api()));
  return app;
}

/** One line per request, with the template of its route. */
function logRequests(
  request: IncomingMessage & { readonly route?: { readonly path: string } },
  response: ServerResponse,
  next: () => void,
): void {
  const start = performance.now();
  response.once('close', () => {
    new Logger('Http').log({
      method: request.method,
      route: request.route?.path ?? '(a file or nothing)',
      status: response.statusCode,
      ms: Math.round(performance.now() - start),
    });
  });
  next();
}

/** Nothing but this shop's own files may run, be shown or be asked, and no other site may frame it. */
function securityHeaders(...moreStyles: string[]): ReturnType<typeof helmet> {
  const self = ["'self'"];
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: self,
        styleSrc: [...self, ...moreStyles],
        imgSrc: [...self, 'data:'],
        connectSrc: self,
        formAction: self,
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  });
}

function api(): ReturnType<DocumentBuilder['build']> {
  const description = "The sample shop on nestjs-ottu-cards. Sign in at / first: the session's cookie serves here too.";
  return new DocumentBuilder()
    .setTitle('Sample shop')
    .setDescription(description)
    .addCookieAuth('shop-session')
    .build();
}
