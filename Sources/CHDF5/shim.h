/// Swift cannot import HDF5's function-like macros: these constants and functions give them names it can.
#include <hdf5.h>

static const hid_t chdf5_default = 0;              // H5P_DEFAULT
static const hid_t chdf5_all = 0;                  // H5S_ALL
static const hid_t chdf5_error_stack = 0;          // H5E_DEFAULT
static const hsize_t chdf5_unlimited = (hsize_t)-1;  // H5S_UNLIMITED
_Static_assert(H5P_DEFAULT == 0 && H5S_ALL == 0 && H5E_DEFAULT == 0, "HDF5 changed the value of its defaults");

// HDF5's own names for these stand for calls into the library, so they too need its lock.
static inline unsigned chdf5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned chdf5_read_write(void) { return H5F_ACC_RDWR; }
static inline unsigned chdf5_create_exclusively(void) { return H5F_ACC_EXCL; }

static inline hid_t chdf5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t chdf5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t chdf5_stored_float(void) { return H5T_IEEE_F32LE; }
static inline hid_t chdf5_stored_double(void) { return H5T_IEEE_F64LE; }
static inline hid_t chdf5_c_string(void) { return H5T_C_S1; }

static inline hid_t chdf5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t chdf5_dataset_access(void) { return H5P_DATASET_ACCESS; }
static inline hid_t chdf5_dataset_creation(void) { return H5P_DATASET_CREATE; }
static inline hid_t chdf5_link_creation(void) { return H5P_LINK_CREATE; }

/// Opens files without a lock, in the versions of HDF5 where that can be chosen.
static inline herr_t chdf5_disable_file_locking(hid_t access) {
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 11, 0))
  return H5Pset_file_locking(access, 0, 1);
#else
  return access < 0 ? -1 : 0;
#endif
}
