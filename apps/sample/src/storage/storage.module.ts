import { Global, Module } from '@nestjs/common';
import { ShopStorage } from './shop-storage.js';

@Global()
@Module({ providers: [ShopStorage], exports: [ShopStorage] })
export class StorageModule {}
