import type { FaultLine } from '../audit/types';
import type { PartPlan } from '../plan/actions';
import type { PartResult } from '../run/play-part';

/** Says how far a run has come. */
export interface Progress {
  part(plan: PartPlan, of: number): void;
  phase(phase: string): void;
  faults(lines: readonly FaultLine[]): void;
  result(result: PartResult): void;
  note(text: string): void;
}

const everyMs = 10_000;

/** Lines for people: one for each phase, one every ten seconds while faults are made. */
export const createProgress = (write: (text: string) => void, now: () => number): Progress => {
  const startedAt = now();
  let head = '';
  let planned = 0;
  let broken = 0;
  let saidAt = 0;
  const say = (text: string): void => {
    const seconds = Math.round((now() - startedAt) / 1000);
    write(
      `${String(Math.floor(seconds / 60)).padStart(3)}:${String(seconds % 60).padStart(2, '0')} ${text}\n`,
    );
  };
  return {
    part: ({ part, lanes }, of) => {
      head = `part ${part} of ${of}`;
      planned = lanes.reduce((sum, { steps }) => sum + steps.length, 0);
    },
    phase: (phase) => say(`${head}: ${phase}`),
    faults: (lines) => {
      if (now() - saidAt < everyMs) return;
      saidAt = now();
      const done = lines.filter(({ outcome, times }) => outcome === 'done' && times > 0);
      const binds = done.filter(({ fault }) => fault.startsWith('bind-')).length;
      say(
        `${head}: ${done.length - binds} faults and ${binds} binds of ${planned} steps; violations before this part: ${broken}`,
      );
    },
    result: ({ audit }) => {
      broken += audit.violations.length;
      say(
        `${head}: ${audit.published} events, ${audit.changeovers} changeovers, ${audit.violations.length} violations`,
      );
    },
    note: say,
  };
};
