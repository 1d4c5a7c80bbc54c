// What importing the package costs after its peers, in a new process: prints milliseconds.
import 'reflect-metadata';
import '@nestjs/axios';
import '@nestjs/common';
import '@nestjs/core';
import 'axios';
import 'class-transformer';
import 'class-validator';
import 'rxjs';

const start = performance.now();
await import('nestjs-ottu-cards');
console.log(performance.now() - start);
