import { plainToInstance, Transform } from 'class-transformer';
import { IsIn, IsOptional, IsString, Matches, MinLength, ValidateIf, validateSync } from 'class-validator';

/** What the shop reads from its environment or a `.env` file beside package.json; an empty value counts as absent. */
export class ShopConfig {
  @IsIn(['development', 'test', 'production'])
  readonly NODE_ENV: 'development' | 'test' | 'production' = 'development';

  /** Ottu's private key. Without it, and outside production, a fake Ottu runs inside the shop. */
  @ValidateIf(({ NODE_ENV }: ShopConfig) => NODE_ENV === 'production')
  @IsString({ message: 'OTTU_API_KEY is missing: in production there is no fake Ottu to fall back on' })
  readonly OTTU_API_KEY?: string;

  /** No default: one Ottu host holds cards of both, and a wrong word shows empty lists. */
  @ValidateIf(({ OTTU_API_KEY, OTTU_ENV }: ShopConfig) => OTTU_API_KEY !== undefined || OTTU_ENV !== undefined)
  @IsIn(['sandbox', 'production'], { message: "OTTU_ENV must be 'sandbox' or 'production'" })
  readonly OTTU_ENV?: 'sandbox' | 'production';

  @IsOptional()
  @IsString()
  readonly OTTU_MERCHANT_ID?: string;

  /** The HMAC key from Ottu's dashboard. Beside a real Ottu and without it, no webhook is taken. The fake has one. */
  @IsOptional()
  @IsString()
  readonly OTTU_HMAC_KEY?: string;

  /** What several processes of this shop share: kept lists, the limit of requests to Ottu, webhooks. */
  @IsOptional()
  @Matches(/^rediss?:\/\//, { message: 'REDIS_URL must begin with redis:// or rediss://' })
  readonly REDIS_URL?: string;

  /** Encrypts the session cookies. Without it sessions end when the shop does. */
  @ValidateIf(({ NODE_ENV, SESSION_SECRET }: ShopConfig) => NODE_ENV === 'production' || SESSION_SECRET !== undefined)
  @MinLength(32, { message: 'SESSION_SECRET must have 32 characters or more: openssl rand -base64 32 makes one' })
  readonly SESSION_SECRET?: string;

  /** Where the shop listens. */
  @IsString()
  readonly HOST: string = '127.0.0.1';

  /** 0 takes any free port. */
  @Transform(({ value }) => Number(value))
  @IsIn(Array.from({ length: 65_536 }, (_, port) => port), { message: 'PORT must be a port number' })
  readonly PORT: number = 3000;
}

/** Obviously false, and never used beside a real key. */
const FAKE_HMAC_KEY = 'an-obviously-false-hmac-key';

/** Whether the shop runs on a fake Ottu: without a key, and never in production. */
export function runsOnFake(env: Readonly<Record<string, unknown>>): boolean {
  return !env['OTTU_API_KEY'] && env['NODE_ENV'] !== 'production';
}

/** @throws Error which tells every problem at once, never a value */
export function validateConfig(env: Record<string, unknown>): ShopConfig {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const given = runsOnFake(set) ? { OTTU_HMAC_KEY: FAKE_HMAC_KEY, ...set } : set;
  const config = plainToInstance(ShopConfig, given, { exposeDefaultValues: true });
  const problems = validateSync(config).flatMap(({ constraints = {} }) => Object.values(constraints));
  if (problems.length > 0) throw new Error(`The shop's configuration does not work: ${problems.join('; ')}.`);
  return config;
}
