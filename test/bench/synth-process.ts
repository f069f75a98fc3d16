/** Synthesizes an environment of so many routes into a folder: `synth-process.ts <routes> <folder>`. */
import { environment } from '../../environments/environment'
import { synthesizeInto } from '../infra/synthesize-into'
import { manyRoutes } from './many-routes'

/** What it tells at its end. */
export interface SynthTold {
  /** Checking the values alone. */
  readonly checkMs: number
  readonly synthMs: number
  readonly peakMb: number
}

const [routes, folder = ''] = process.argv.slice(2)
const before = performance.now()
const checked = environment({
  name: 'bench',
  account: '123456789012',
  region: 'eu-west-1',
  bucket: 'acme-landing-bench',
  warehouses: {
    main: { kind: 'redshift', host: 'main.example', database: 'analytics', user: 'penstock' },
    finance: { kind: 'redshift', host: 'finance.example', database: 'ledger', user: 'penstock' },
  },
  routes: manyRoutes(Number(routes)),
})
const between = performance.now()
synthesizeInto(folder, checked)
const after = performance.now()
const told: SynthTold = {
  checkMs: between - before,
  synthMs: after - between,
  peakMb: (process.resourceUsage().maxRSS * 1024) / 1e6,
}
process.send?.(told)
