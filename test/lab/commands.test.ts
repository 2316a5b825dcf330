import { runLab } from './run.ts';
import { commands } from './scenarios/commands.ts';

runLab(commands);
