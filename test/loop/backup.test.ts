import { backup } from './cases/backup.ts';
import { runLoop } from './closed-loop.ts';

runLoop(backup);
