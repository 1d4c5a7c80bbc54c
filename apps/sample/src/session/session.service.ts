import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { getIronSession, type IronSession, type SessionOptions } from 'iron-session';
import type { ShopConfig } from '../shop.config.js';

/** Who is signed in. `id` tells two sessions apart and opens nothing: a page may see it. */
export interface Session {
  readonly id: string;
  readonly customerId: string;
}

/** Says with each answer whose session it was, so that a page never shows another customer's data as its own. */
const SESSION_HEADER = 'Shop-Session';

const EIGHT_HOURS_S = 8 * 60 * 60;

/** Keeps the session in an encrypted cookie: no script reads it, nobody alters it, no other site's request carries it. */
@Injectable()
export class SessionService {
  private readonly options: SessionOptions;

  constructor(config: ConfigService<ShopConfig, true>) {
    this.options = {
      cookieName: 'shop-session',
      password: config.get('SESSION_SECRET', { infer: true }) ?? randomBytes(32).toString('base64'),
      ttl: EIGHT_HOURS_S, // inside the cookie, so that a copy of it ends too
      cookieOptions: {
        httpOnly: true,
        sameSite: 'strict',
        secure: config.get('NODE_ENV', { infer: true }) === 'production', // loopback has no certificate
      },
    };
  }

  /** The session of this request; its answer says whose it is. */
  async of(request: IncomingMessage, response: ServerResponse): Promise<Session | undefined> {
    const { id, customerId } = await this.open(request, response);
    if (id === undefined || customerId === undefined) return undefined;
    response.setHeader(SESSION_HEADER, id);
    return { id, customerId };
  }

  async signIn(request: IncomingMessage, response: ServerResponse, customerId: string): Promise<void> {
    const session = await this.open(request, response);
    Object.assign(session, { id: randomUUID(), customerId });
    await session.save();
    response.setHeader(SESSION_HEADER, session.id ?? '');
  }

  async signOut(request: IncomingMessage, response: ServerResponse): Promise<void> {
    (await this.open(request, response)).destroy();
  }

  private async open(request: IncomingMessage, response: ServerResponse): Promise<IronSession<Partial<Session>>> {
    const read = (): Promise<IronSession<Partial<Session>>> => getIronSession(request, response, this.options);
    try {
      return await read();
    } catch {
      delete request.headers.cookie; // what iron-session cannot read at all is no session
      return read();
    }
  }
}
