// Prints `N passed, N failed` from vitest's JSON report. A file that could not even be loaded counts as one failed test.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
console.log(`${report.numPassedTests} passed, ${report.numFailedTests + unloaded.length} failed`);
