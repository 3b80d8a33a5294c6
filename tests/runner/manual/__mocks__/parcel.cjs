// Stands for the package.
module.exports = { weigh: () => 0, ...{ real: jest.requireActual('parcel').weigh() } };
