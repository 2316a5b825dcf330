import { runLab } from './run.ts';
import { config } from './scenarios/config.ts';

runLab(config);
