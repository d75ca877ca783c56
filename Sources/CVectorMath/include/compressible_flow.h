/// Inner loops of a finite-volume solver for the compressible Navier-Stokes equations in 1, 2 and 3 dimensions.
///
/// A state holds one array per variable, `pitch` elements apart. Primitive: density, pressure, velocity components.
/// Conserved, and their fluxes: mass, energy, momentum components. Neighbors along an axis are `stride` elements
/// apart; face i lies between the cells i and i + stride. `dimensions` is 1, 2 or 3; the arrays that a function reads
/// and those that it writes do not overlap. What is computed for faces is computed in whole vectors: less than `CF_SLACK`
/// elements beyond the last one are read and written too, and mean nothing.
#ifndef COMPRESSIBLE_FLOW_H
#define COMPRESSIBLE_FLOW_H

#include <stddef.h>

/// The numbers of a vector, at most: the room that arrays need beyond the last face.
#define CF_SLACK 16

/// Euler fluxes through faces: limited linear reconstruction of the primitive variables, then HLLC.
///
/// Reads the cells from -stride to count + 2 * stride (exclusive) and writes `count` fluxes of each variable.
///
/// @param primitive   The cell below the first face.
/// @param pitch       The distance between the variables of `primitive`.
/// @param flux        The first flux.
/// @param flux_pitch  The distance between the variables of `flux`.
/// @param dimensions  The number of dimensions.
/// @param axis        The axis normal to the faces.
/// @param stride      The distance between neighbors along the axis.
/// @param count       The number of faces.
/// @param gamma       The ratio of specific heats.
void cf_euler_flux(
    const float *primitive, size_t pitch, float *flux, size_t flux_pitch, int dimensions, int axis, ptrdiff_t stride,
    size_t count, float gamma);

/// Viscous fluxes through faces, with the sign of a flux: no mass, minus the stress's work, minus the stress.
///
/// The stress is (density at the face) * viscosity * (velocity difference) / spacing, component by component: PDEBench's,
/// which lacks the transposed gradient.
///
/// @param primitive   The cell below the first face.
/// @param pitch       The distance between the variables of `primitive`.
/// @param flux        The first flux.
/// @param flux_pitch  The distance between the variables of `flux`.
/// @param dimensions  The number of dimensions.
/// @param axis        The axis normal to the faces.
/// @param stride      The distance between neighbors along the axis.
/// @param count       The number of faces.
/// @param normal      Kinematic viscosity for the normal component, over the spacing.
/// @param transverse  Kinematic viscosity for the other components, over the spacing.
void cf_viscous_flux(
    const float *primitive, size_t pitch, float *flux, size_t flux_pitch, int dimensions, int axis, ptrdiff_t stride,
    size_t count, float normal, float transverse);

/// Viscous fluxes of a Newtonian fluid through faces, with the sign of a flux.
///
/// The stress on a face across axis a is density * (shear * (d_a v_k + d_k v_a) + (bulk - 2/3 shear) * div v * (k == a)),
/// k being the component. Slopes along the axis are those between the face's two cells; slopes across it are the mean of
/// the two cells' central ones. So the cells beside these two, along the other axes, are read as well.
///
/// @param primitive         The cell below the first face.
/// @param pitch             The distance between the variables of `primitive`.
/// @param flux              The first flux.
/// @param flux_pitch        The distance between the variables of `flux`.
/// @param dimensions        The number of dimensions.
/// @param axis              The axis normal to the faces.
/// @param strides           The distance between neighbors along each axis.
/// @param inverse_spacings  One over the length of a cell along each axis.
/// @param count             The number of faces.
/// @param shear             Kinematic shear viscosity.
/// @param bulk              Kinematic bulk viscosity.
void cf_newtonian_flux(
    const float *primitive, size_t pitch, float *flux, size_t flux_pitch, int dimensions, int axis,
    const ptrdiff_t *strides, const float *inverse_spacings, size_t count, float shear, float bulk);

/// after = before - scale * (above - below), for every variable.
///
/// @param before      The first cell.
/// @param after       The first cell, which may be the same.
/// @param pitch       The distance between the variables of both.
/// @param above       The flux through the first cell's upper face.
/// @param below       The flux through the first cell's lower face.
/// @param flux_pitch  The distance between the variables of the fluxes.
/// @param dimensions  The number of dimensions.
/// @param count       The number of cells.
/// @param scale       The time step over the spacing.
void cf_subtract_flux_difference(
    const float *before, float *after, size_t pitch, const float *above, const float *below, size_t flux_pitch,
    int dimensions, size_t count, float scale);

/// Primitive variables of conserved ones. A pressure that is not above 1e-8 becomes 1e-4, in both.
///
/// @param conserved   The first cell.
/// @param primitive   The first cell.
/// @param pitch       The distance between the variables of both.
/// @param dimensions  The number of dimensions.
/// @param count       The number of cells.
/// @param gamma       The ratio of specific heats.
/// @return            The number of cells whose pressure was raised, fewer than 2^31.
size_t cf_primitive_from_conserved(
    float *conserved, float *primitive, size_t pitch, int dimensions, size_t count, float gamma);

/// Conserved variables of primitive ones.
///
/// @param primitive   The first cell.
/// @param conserved   The first cell.
/// @param pitch       The distance between the variables of both.
/// @param dimensions  The number of dimensions.
/// @param count       The number of cells.
/// @param gamma       The ratio of specific heats.
void cf_conserved_from_primitive(
    const float *primitive, float *conserved, size_t pitch, int dimensions, size_t count, float gamma);

/// Raises `speed` to the largest signal speed, of sound plus flow, along each axis; NaN stays once it is met.
///
/// @param primitive   The first cell.
/// @param pitch       The distance between the variables of `primitive`.
/// @param speed       One value per dimension, zero or the result of an earlier call.
/// @param dimensions  The number of dimensions.
/// @param count       The number of cells.
/// @param gamma       The ratio of specific heats.
void cf_raise_signal_speed(
    const float *primitive, size_t pitch, float *speed, int dimensions, size_t count, float gamma);

/// Raises `contrast` to the largest quotient of the densities of two neighbors, the greater over the lesser.
///
/// @param density   The cell below the first face.
/// @param contrast  One, or the result of an earlier call.
/// @param stride    The distance between neighbors.
/// @param count     The number of faces.
void cf_raise_density_contrast(const float *density, float *contrast, ptrdiff_t stride, size_t count);

#endif
