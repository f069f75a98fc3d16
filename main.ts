import { App } from 'cdktf'
import dev from './environments/dev'
import prod from './environments/prod'
import staging from './environments/staging'
import { PenstockStack } from './modules/penstock-stack'

const app = new App()
for (const environment of [dev, staging, prod]) new PenstockStack(app, environment)
app.synth()
