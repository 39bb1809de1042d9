// The pack is part of the package, so that it needs nothing but that and the two SDKs of Pulumi beside it.
const { PolicyPack } = require('@pulumi/policy');
const { sovraPolicies } = require('../build/lib/policy');

module.exports = new PolicyPack('sovra-ops', { enforcementLevel: 'mandatory', policies: sovraPolicies() });
