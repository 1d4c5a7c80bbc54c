import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { getIronSession, type IronSession, type SessionOptions } from 'iron-session';
import type { ShopConfig } from '../shop.config.js';

interface Session {
  customerId?: string;
}

const EIGHT_HOURS_S = 8 * 60 * 60;

/** Who is signed in, in a sealed cookie: no script reads it, nobody alters it, no other site's request carries it. */
@Injectable()
export class SessionService {
  private readonly options: SessionOptions;

  constructor(config: ConfigService<ShopConfig, true>) {
    this.options = {
      cookieName: 'shop-session',
      password: config.get('SESSION_SECRET', { infer: true }) ?? randomBytes(32).toString('base64'),
      ttl: EIGHT_HOURS_S, // sealed into the cookie: a copy of it ends too
      cookieOptions: {
        httpOnly: true,
        sameSite: 'strict',
        secure: config.get('NODE_ENV', { infer: true }) === 'production', // loopback has no certificate
      },
    };
  }

  async customerOf(request: IncomingMessage, response: ServerResponse): Promise<string | undefined> {
    return (await this.open(request, response)).customerId;
  }

  async signIn(request: IncomingMessage, response: ServerResponse, customerId: string): Promise<void> {
    const session = await this.open(request, response);
    session.customerId = customerId;
    await session.save();
  }

  async signOut(request: IncomingMessage, response: ServerResponse): Promise<void> {
    (await this.open(request, response)).destroy();
  }

  private open(request: IncomingMessage, response: ServerResponse): Promise<IronSession<Session>> {
    return getIronSession<Session>(request, response, this.options);
  }
}
