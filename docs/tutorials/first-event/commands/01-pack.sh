mkdir -p ../shop/packs
npm pack --silent --pack-destination ../shop/packs \
  -w libs/core -w libs/contracts -w libs/messaging -w libs/control -w libs/kafka -w libs/postgres \
  -w libs/service-kit -w services/cli
