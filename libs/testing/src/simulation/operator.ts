import { delay } from '@baton/messaging';
import { startScript } from './acts';
import { behindOf } from './pending';
import type { Script } from './plan-types';
import type { World } from './world';

const exactClock = { skewMs: 0, driftPpm: 0 };
const release = { how: 'stop', downMs: 100 } as const;
const againMs = 2_000;
const mostTries = 12;

/** Whoever is in charge of the migration: does what is missing, again until it is done, and says what is not. */
export class Operator {
  readonly missing: string[] = [];
  private runs = 0;
  /** The latest instant that anybody proposed. */
  private lastInstant = 0;

  constructor(private readonly world: World) {
    world.recorder.onEntry((entry) => {
      const { since } = (entry ?? {}) as { since?: unknown };
      if (typeof since === 'number') this.lastInstant = Math.max(this.lastInstant, since);
    });
  }

  /** Every fault ends, and everything that was taken down comes back. */
  heal(): void {
    const { broker, database, publishers, members, scripts, recorder } = this.world;
    recorder.observe({ kind: 'faults-over' });
    broker.network.heal();
    this.world.inboxes?.network.heal();
    database.network.heal();
    this.world.slowness = 1;
    this.world.mayStay = false;
    for (const script of scripts.values()) {
      script.thaw();
      script.reconnect();
    }
    for (const { host } of [...publishers.values(), ...members.values()]) {
      host.thaw();
      host.client()?.process.reconnect();
      host.recover();
    }
  }

  /** Brings the migration to the end that the plan wants. */
  async finish(): Promise<void> {
    const { bind, retire, restMs = 0 } = this.world.plan.goals;
    await delay(this.world.clock, restMs);
    await this.scriptsOver();
    await this.resetWhereDataWasLost();
    await this.upgradePublishers();
    await this.upgradeMembers();
    for (const { group, version } of bind) {
      await this.until(['bound', 'already-bound'], { script: 'bind', group, version, attempts: 3 });
      this.publishSome();
    }
    for (const { from, to } of retire) await this.end(from, to);
    await this.pastInstants();
    this.publishSome();
  }

  /** Two who decide at the same time may both be obeyed, one after the other: those of the plan end before. */
  private async scriptsOver(): Promise<void> {
    const { clock, scripts } = this.world;
    for (let waits = 0; waits < 120 && scripts.size > 0; waits += 1) await delay(clock, 1_000);
    for (const script of scripts.values()) script.kill();
  }

  /** A group whose next records are gone says so and stops; somebody has to move all of its offsets together. */
  private async resetWhereDataWasLost(): Promise<void> {
    const { plan, members, broker, recorder } = this.world;
    for (const { group } of plan.groups) {
      if (!this.hasLost(group)) continue;
      recorder.disturb('reset', undefined, `the offsets of ${group} are reset, since records were lost`);
      const hosts = [...members.values()].flatMap((member) => (member.group === group ? [member.host] : []));
      await Promise.all(hosts.map((host) => host.changed()));
      // a group is empty once the broker has forgotten its dead, and nobody came back meanwhile
      for (let waits = 0; waits < 60; waits += 1) {
        await Promise.all(hosts.map((host) => host.stop()));
        if (broker.group(group).expireOffsets()) break;
        await delay(this.world.clock, 1_000);
      }
      for (const host of hosts) host.recover();
    }
    await this.allUp();
  }

  private hasLost(group: string): boolean {
    const { plan, broker } = this.world;
    return plan.versions.some((version) => {
      const topic = this.world.topic(version);
      return broker.logs(topic).some((log, partition) => {
        const { offset } = broker.group(group).offsets.get({ topic, partition });
        return offset !== undefined && offset < log.logStart();
      });
    });
  }

  /** Lets every instant pass, by all clocks of publishers that are nearly right. */
  private async pastInstants(): Promise<void> {
    const { clock, plan } = this.world;
    const configured = plan.steps.flatMap((step) => (step.do === 'configure-member' ? [step.sinceMs] : []));
    const last = Math.max(this.lastInstant, ...configured.map((ms) => this.world.startedAt + ms));
    await delay(clock, Math.max(0, last + plan.marginMs - clock.now()));
  }

  private async end(from: number, to: number): Promise<void> {
    const announced = ['announced', 'already-announced', 'deadline-moved'];
    await this.until([...announced, 'announced-otherwise', 'version-retiring'], {
      script: 'announce',
      from,
      to,
      deadlineMs: 1_000,
    });
    for (const { group } of this.world.plan.groups)
      await this.once({ script: 'withdraw-veto', group, version: from });
    this.publishSome();
    await this.caughtUp();
    const retired = await this.until(['retired', 'already-retired'], { script: 'retire', version: from });
    this.publishSome();
    if (!retired) return;
    for (const { group } of this.world.plan.groups) {
      const dropped = await this.until(['dropped', 'already-dropped'], {
        script: 'drop',
        group,
        version: from,
      });
      if (dropped) await this.installWithout(group, from);
    }
    this.publishSome();
  }

  /** One event of every publisher. */
  publishSome(): void {
    const { plan, publishers } = this.world;
    [...publishers.keys()].forEach((name, i) => {
      const key = plan.keys[i % plan.keys.length];
      if (key !== undefined) this.world.publish(name, key);
    });
  }

  /** Lets the groups read on until they have read everything, for a while. */
  private async caughtUp(): Promise<void> {
    const { clock, plan } = this.world;
    const behind = (): boolean => plan.groups.some(({ group }) => behindOf(this.world, group).length > 0);
    for (let waits = 0; waits < 120 && behind(); waits += 1) await delay(clock, 1_000);
  }

  private async upgradePublishers(): Promise<void> {
    const { plan, publishers } = this.world;
    const { publishes } = plan.goals;
    for (const publisher of publishers.values()) {
      if (String(publisher.versions) === String(publishes)) continue;
      await publisher.host.change(release, () => {
        publisher.versions = publishes;
      });
    }
    await this.allUp();
  }

  private async upgradeMembers(): Promise<void> {
    const { plan, members } = this.world;
    for (const member of members.values()) {
      const wanted = this.readsOf(member.group);
      const lacking = wanted.some((version) => !member.reads.includes(version));
      if (!lacking) continue;
      await member.host.change(release, () => {
        member.reads = [...new Set([...member.reads, ...wanted])]
          .filter((v) => plan.versions.includes(v))
          .sort();
      });
    }
    await this.allUp();
  }

  private readsOf(group: string): readonly number[] {
    const { goals } = this.world.plan;
    return goals.bind.flatMap((goal) => (goal.group === group ? [goal.version] : []));
  }

  private async installWithout(group: string, version: number): Promise<void> {
    const { members } = this.world;
    for (const member of members.values()) {
      if (member.group !== group) continue;
      await member.host.change(release, () => {
        member.reads = member.reads.filter((one) => one !== version);
      });
    }
    await this.allUp();
  }

  private async allUp(): Promise<void> {
    const { publishers, members, clock } = this.world;
    const hosts = [...publishers.values(), ...members.values()].map(({ host }) => host);
    for (let waits = 0; waits < 30 && !hosts.every((host) => host.isUp()); waits += 1)
      await delay(clock, 1_000);
  }

  /** Runs a script until it ends well; notes it as missing if it never does. */
  private async until(wanted: readonly string[], script: Script): Promise<boolean> {
    let last = '';
    for (let tries = 0; tries < mostTries; tries += 1) {
      const { kind, because } = await this.once(script);
      if (wanted.includes(kind) || wanted.some((one) => because.includes(one))) return true;
      last = `${kind} (${because})`;
      await delay(this.world.clock, againMs);
    }
    this.missing.push(`${JSON.stringify(script)} ended with ${last}`);
    return false;
  }

  private once(script: Script) {
    this.runs += 1;
    return startScript(this.world, {
      name: `operator-${this.runs}`,
      clock: exactClock,
      run: script,
    });
  }
}
