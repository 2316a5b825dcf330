import { clusterRepair } from './cases/cluster-repair.ts';
import { runLoop } from './closed-loop.ts';

runLoop(clusterRepair);
