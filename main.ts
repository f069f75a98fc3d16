import { App } from 'cdktf'
import dev from './environments/dev'
import prod from './environments/prod'
import staging from './environments/staging'
import { makeBundles } from './modules/bundles'
import { PenstockStack } from './modules/penstock-stack'

const app = new App()
const bundles = makeBundles()
for (const environment of [dev, staging, prod]) new PenstockStack(app, environment, bundles)
app.synth()
