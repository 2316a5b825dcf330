import { replication } from './cases/replication.ts';
import { runLoop } from './closed-loop.ts';

runLoop(replication);
