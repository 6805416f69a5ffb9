// Plays the cells it is sent, one at a time, as a process of its own: worlds are bound by the processor.
import { findScenario } from '../select.ts';
import { playCell } from './matrix.ts';

/** What the parent asks for. */
export interface CellRequest {
  scenario: string;
  seed: number;
  edgecore: string;
  docker: string;
}

process.on('message', ({ scenario, seed, edgecore, docker }: CellRequest) => {
  playCell(findScenario(scenario), { edgecore, docker }, seed).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.stack : String(error) }),
  );
});
