import { persistence } from './cases/persistence.ts';
import { runLoop } from './closed-loop.ts';

runLoop(persistence);
