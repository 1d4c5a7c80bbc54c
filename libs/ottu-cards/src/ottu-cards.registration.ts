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

/** By the object that there is once in an application: a static list would be shared by those of one process. */
const registrations = new WeakMap<ModulesContainer, Registration[]>();

/**
 * Adds a registration to those of its application, and gives them all: later ones join the list.
 *
 * @throws OttuConfigError when another one has the same name, or mounts a controller on the same path
 */
export function register(own: Registration, application: ModulesContainer): readonly Registration[] {
  const all = registrations.get(application) ?? [];
  for (const other of all) {
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
  all.push(own);
  registrations.set(application, all);
  return all;
}

type Mount = NonNullable<Registration['mount']>;

function isSameMount(a: Mount, b: Mount): boolean {
  const versions = new Set([b.version].flat());
  return a.path === b.path && [a.version].flat().some((version) => versions.has(version));
}
