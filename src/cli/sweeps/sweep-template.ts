/** What `overtrain sweep --init` prints: a sweep file that runs as it stands and explains itself. */
export const sweepTemplate = `# A sweep: one scenario at many settings. Run it with
#   overtrain sweep sweep.yaml --out results --dry-run     how many points, how long
#   overtrain sweep sweep.yaml --out results               on this machine
#   overtrain submit slurm sweep.yaml --out results --shards 8
scenario: gaussian

# Parameters that are the same at every point ("overtrain run gaussian --help" lists them).
params:
  dim: 16
  times: log:0.1:300:20
  replicates: 32        # draws of the noise within one run

# What varies. The points are the product of all axes, the last one changing fastest.
axes:
  # a grid: linear:FROM:TO:COUNT or log:FROM:TO:COUNT
  - parameter: tau
    grid: linear:2:5:4
  # a list of values, each as --set takes it
  - parameter: gammas
    list: [0.05, 0.07, "0.05,0.09"]
  # lists that go together, value by value
  # - zip:
  #     spectrum: [power:1, power:2]
  #     learningRate: [0.02, 0.01]
  # random values, the same for the same seed: uniform, log-uniform or integer from FROM to TO
  # - random:
  #     count: 1000
  #     seed: 7
  #     parameters:
  #       tau: uniform:2:6
  #       gammas: log-uniform:0.01:0.1

# How often every setting is run, each time with other random numbers.
replicates: 1
seed: 1
# common: replicate r of every setting has the seed seed + r, so that settings differ in nothing but themselves.
# independent: point n has the seed seed + n.
randomNumbers: common

engine: modes           # auto, exact, modes or matrix
backend: simd           # auto, or one that "overtrain doctor" lists

output:
  # folder: results     # where --out is not given
  table: inflection     # the table of the scenario whose rows are kept
`;
