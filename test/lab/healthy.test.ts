import { runLab } from './run.ts';
import { healthy } from './scenarios/healthy.ts';

runLab(healthy);
