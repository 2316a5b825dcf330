import { runLab } from './run.ts';
import { replication } from './scenarios/replication.ts';

runLab(replication);
