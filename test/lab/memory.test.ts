import { runLab } from './run.ts';
import { memory } from './scenarios/memory.ts';

runLab(memory);
