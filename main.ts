import { App } from 'cdktf'
import { ENVIRONMENTS } from './environments/all'
import { makeBundles } from './modules/bundles'
import { PenstockStack } from './modules/penstock-stack'

async function main(): Promise<void> {
  const app = new App()
  const bundles = await makeBundles()
  for (const environment of ENVIRONMENTS) new PenstockStack(app, environment, bundles)
  app.synth()
}

void main()
