import { runLab } from './run.ts';
import { sentinel } from './scenarios/sentinel.ts';

runLab(sentinel);
