import type { ControllerOptions } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { OttuConfigError } from './errors/errors.js';

/** What one `forRoot` or `forRootAsync` adds to the application, known before any factory runs. */
export interface Registration {
  readonly name: string | undefined;
  readonly mount: { readonly path: string; readonly version: ControllerOptions['version'] } | undefined;
}

/** The injection token of a module's own `Registration`. */
export const REGISTRATION = 'OTTU_CARDS_REGISTRATION';

/** How messages name a registration. */
export function titleOf(name: string | undefined): string {
  return name === undefined ? 'OttuCardsModule.forRoot()' : `OttuCardsModule.forRoot() ${JSON.stringify(name)}`;
}

/**
 * Every registration of this application, as Nest holds them: a lazily loaded module that could not be made is not among
 * them. A list in a static field would be shared by the applications of one process.
 */
export function registrationsIn(application: ModulesContainer): Registration[] {
  return [...application.values()].flatMap(({ providers }) => {
    const registration: unknown = providers.get(REGISTRATION)?.instance;
    return isRegistration(registration) ? [registration] : [];
  });
}

/** @throws OttuConfigError when another registration has the same name, or mounts a controller on the same path */
export function refuseMixUps(own: Registration, all: readonly Registration[]): void {
  for (const other of all) {
    if (other === own) continue;
    if (own.name !== undefined && other.name === own.name) {
      throw new OttuConfigError(
        `${titleOf(own.name)}: another registration has the name ${JSON.stringify(other.name)} too. Give each merchant a name of its own, and register each once.`,
      );
    }
    if (own.mount && other.mount && isSameMount(own.mount, other.mount)) {
      throw new OttuConfigError(
        `${titleOf(own.name)}: ${titleOf(other.name)} mounts a controller on ${JSON.stringify(other.mount.path)} too. Give each its own controller.path or controller.version.`,
      );
    }
  }
}

type Mount = NonNullable<Registration['mount']>;

function isSameMount(a: Mount, b: Mount): boolean {
  const versions = new Set([b.version].flat());
  return a.path === b.path && [a.version].flat().some((version) => versions.has(version));
}

function isRegistration(value: unknown): value is Registration {
  return typeof value === 'object' && value !== null && 'name' in value && 'mount' in value;
}
