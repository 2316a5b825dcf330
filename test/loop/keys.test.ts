import { keys } from './cases/keys.ts';
import { runLoop } from './closed-loop.ts';

runLoop(keys);
