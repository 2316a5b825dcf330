import { memory } from './cases/memory.ts';
import { runLoop } from './closed-loop.ts';

runLoop(memory);
