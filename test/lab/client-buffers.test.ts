import { runLab } from './run.ts';
import { clientBuffers } from './scenarios/client-buffers.ts';

runLab(clientBuffers);
