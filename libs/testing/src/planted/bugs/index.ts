import type { PlantedBug } from '../planted-bug';
import { bindingBugs } from './binding';
import { holdBugs } from './hold';
import { inboxBugs } from './inbox';
import { memberBugs } from './member';
import { outboxBugs } from './outbox';
import { publisherBugs } from './publisher';
import { retirementBugs } from './retirement';
import { ruleBugs } from './rule';

/** Every fault that the simulation is to find. */
export const plantedBugs: readonly PlantedBug[] = [
  ...ruleBugs,
  ...holdBugs,
  ...memberBugs,
  ...inboxBugs,
  ...publisherBugs,
  ...outboxBugs,
  ...bindingBugs,
  ...retirementBugs,
];
