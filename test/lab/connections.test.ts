import { runLab } from './run.ts';
import { connections } from './scenarios/connections.ts';

runLab(connections);
