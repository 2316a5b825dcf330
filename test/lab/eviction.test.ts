import { runLab } from './run.ts';
import { eviction } from './scenarios/eviction.ts';

runLab(eviction);
