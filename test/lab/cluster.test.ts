import { runLab } from './run.ts';
import { cluster } from './scenarios/cluster.ts';

runLab(cluster);
