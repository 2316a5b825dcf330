import { runLab } from './run.ts';
import { healthyMemory } from './scenarios/healthy-memory.ts';

runLab(healthyMemory);
