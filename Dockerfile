# The command in a small image, built from its source.
#
#     docker build --tag pdeop .
#     docker run --rm --volume "$PWD:/data" pdeop train --data flows.hdf5 --output runs/a
#
# scripts/trial-docker takes these steps without a container engine, in root file systems that debootstrap makes.

# The wheel is built where Swift is, on the system whose C library the image below has.
FROM swift:6.1-bookworm AS build
COPY scripts/install-dependencies /tmp/
RUN apt-get update && apt-get install --yes --no-install-recommends python3 binutils g++ gfortran libaec-dev libtmglib-dev libicu72 && /tmp/install-dependencies
WORKDIR /source
COPY . .
RUN scripts/make-wheel

FROM python:3.11-slim-bookworm
# Figures are drawn by gnuplot.
RUN apt-get update && apt-get install --yes --no-install-recommends gnuplot-nox && rm -rf /var/lib/apt/lists/*
COPY --from=build /source/dist/*.whl /tmp/
RUN pip install --no-cache-dir /tmp/*.whl && rm /tmp/*.whl
WORKDIR /data
ENTRYPOINT ["pdeop"]
CMD ["--help"]
