import { runLab } from './run.ts';
import { security } from './scenarios/security.ts';

runLab(security);
