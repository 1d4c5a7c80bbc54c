import type { FactoryProvider, ModuleMetadata, Type } from '@nestjs/common';

/** The argument of `forRootAsync`: exactly one way to come by the options, and the modules that it needs. */
export type OttuAsyncOptions<Result, Factory> = Pick<ModuleMetadata, 'imports'> &
  (
    | {
        readonly useFactory: FactoryProvider<Result>['useFactory'];
        readonly inject?: NonNullable<FactoryProvider['inject']>;
        readonly useClass?: never;
        readonly useExisting?: never;
      }
    | { readonly useClass: Type<Factory>; readonly useFactory?: never; readonly useExisting?: never }
    | { readonly useExisting: Type<Factory>; readonly useFactory?: never; readonly useClass?: never }
  );

/** What a factory gives: options alone, for the structure of the module (`Extras`) is needed before it runs. */
export type OttuFactoryResult<Options, Extras> = Options & { readonly [K in keyof Extras]?: never };
