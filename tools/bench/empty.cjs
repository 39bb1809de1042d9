// The least that any cdk8s program does: one chart with nothing in it.
const { App, Chart } = require('cdk8s');
if (process.argv[2] === 'plus') require('cdk8s-plus-28');

const app = new App();
new Chart(app, 'empty');
app.synth();
