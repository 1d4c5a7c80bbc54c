import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Post,
  Req,
  Res,
  UseGuards,
  ValidationPipe,
} from '@nestjs/common';
import { ThrottlerGuard } from '@nestjs/throttler';
import { SessionService } from '../session/session.service.js';
import { customerIdOf, DEMO_CUSTOMERS } from './demo-customers.js';
import { LoginDto, type LoginState } from './login.dto.js';

/** Signs in whoever asks. Your own login replaces it. */
@Controller('session')
@UseGuards(ThrottlerGuard)
export class LoginController {
  constructor(private readonly sessions: SessionService) {}

  @Get()
  @Header('Cache-Control', 'no-store, private')
  async state(
    @Req() request: IncomingMessage,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<LoginState> {
    const session = await this.sessions.of(request, response);
    const signedIn = DEMO_CUSTOMERS.find((customer) => customerIdOf(customer) === session?.customerId);
    return { signedIn: signedIn ?? null, customers: DEMO_CUSTOMERS };
  }

  @Post()
  @HttpCode(204)
  async signIn(
    @Body(new ValidationPipe({ whitelist: true })) { customer }: LoginDto,
    @Req() request: IncomingMessage,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<void> {
    await this.sessions.signIn(request, response, customerIdOf(customer));
  }

  @Delete()
  @HttpCode(204)
  async signOut(@Req() request: IncomingMessage, @Res({ passthrough: true }) response: ServerResponse): Promise<void> {
    await this.sessions.signOut(request, response);
  }
}
