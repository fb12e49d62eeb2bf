export { type Outcome, runOnce } from './one-run';
export {
  type Figures,
  type Measure,
  type Medians,
  PeerMissing,
  type Row,
  type Size,
  type Target,
  type World,
} from './row';
export { rows } from './rows';
export { type ScaleLine, scaleLines, scaleTable } from './scale';
export { figureOf, ratioOf, ratioTarget } from './targets';
