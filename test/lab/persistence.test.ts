import { runLab } from './run.ts';
import { persistence } from './scenarios/persistence.ts';

runLab(persistence);
