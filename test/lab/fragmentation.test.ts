import { runLab } from './run.ts';
import { fragmentation } from './scenarios/fragmentation.ts';

runLab(fragmentation);
