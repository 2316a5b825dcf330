import { managed } from './cases/managed.ts';
import { runLoop } from './closed-loop.ts';

runLoop(managed);
