// The public names of nestjs-ottu-cards/bullmq: durable delivery of webhooks, for several processes.
export { bullQueue, type BullQueueOptions } from './bull-queue.js';
