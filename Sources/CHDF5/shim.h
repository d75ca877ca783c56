/// Swift cannot import HDF5's function-like macros: these constants and functions give them names it can.
#include <hdf5.h>
#include <sys/stat.h>

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

/// The number of open files, data sets, groups, types and attributes; negative on failure.
static inline ssize_t chdf5_open_objects(void) { return H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL); }

/// Visits the links of a group in the order of their names.
struct chdf5_link_visitor {
  void (*visit)(const char *name, void *data);
  void *data;
};

static inline herr_t chdf5_visit_link(hid_t group, const char *name, const H5L_info_t *info, void *visitor) {
  (void)group;
  (void)info;
  ((struct chdf5_link_visitor *)visitor)->visit(name, ((struct chdf5_link_visitor *)visitor)->data);
  return 0;
}

static inline herr_t chdf5_each_link(hid_t group, void (*visit)(const char *name, void *data), void *data) {
  struct chdf5_link_visitor visitor = {visit, data};
  hsize_t index = 0;
  return H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &index, chdf5_visit_link, &visitor);
}

/// Whether a link leads out of the file, or to where only a program's own code knows; negative on failure.
static inline int chdf5_link_is_foreign(hid_t place, const char *name, hid_t access) {
  H5L_info_t info;
  if (H5Lget_info(place, name, &info, access) < 0) return -1;
  return info.type != H5L_TYPE_HARD && info.type != H5L_TYPE_SOFT;
}

/// A number that an object has and no other, neither of the same file nor of one that it is linked with.
static inline herr_t chdf5_object_number(hid_t object, unsigned long long *number) {
#if H5_VERSION_GE(1, 12, 0)
  H5O_info2_t info;
  if (H5Oget_info3(object, &info, H5O_INFO_BASIC) < 0) return -1;
  __builtin_memcpy(number, &info.token, sizeof *number);
#else
  H5O_info_t info;
  if (H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0) return -1;
  *number = info.addr;
#endif
  // Objects of linked files may have the same address, and a file as many names as there are ways to it. HDF5's own number of a
  // file is another one whenever the file is opened. Each step has an inverse, so addresses in one file stay apart.
  char name[4096];
  struct stat file;
  ssize_t length = H5Fget_name(object, name, sizeof name);
  if (length <= 0 || length >= (ssize_t)sizeof name || stat(name, &file) != 0) return 0;
  *number = (*number ^ (unsigned long long)file.st_dev) * 1099511628211ull;
  *number = (*number ^ (unsigned long long)file.st_ino) * 1099511628211ull;
  return 0;
}

static herr_t chdf5_refuse_external_link(const char *parent_file, const char *parent_group, const char *child_file,
                                         const char *child, unsigned *flags, hid_t access, void *data) {
  (void)parent_file, (void)parent_group, (void)child_file, (void)child, (void)flags, (void)access, (void)data;
  return -1;
}

/// Makes following an external link fail, even one that other links lead to.
static inline herr_t chdf5_refuse_external_links(hid_t access) {
  return H5Pset_elink_cb(access, chdf5_refuse_external_link, 0);
}

static inline hid_t chdf5_link_access(void) { return H5P_LINK_ACCESS; }

/// Whether libraries of further filters may be loaded.
static inline herr_t chdf5_allow_filter_plugins(int allowed) {
  return H5PLset_loading_state(allowed ? H5PL_FILTER_PLUGIN : 0);
}

/// Opens files without a lock, in the versions of HDF5 where that can be chosen.
static inline herr_t chdf5_disable_file_locking(hid_t access) {
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 11, 0))
  return H5Pset_file_locking(access, 0, 1);
#else
  return access < 0 ? -1 : 0;
#endif
}

/// The name of the first dimension scale of an axis of a data set, as HDF5's dimension scales and NetCDF-4 keep it.
///
/// Returns the name's length, which may be more than was copied; 0 for none, negative on failure.
static inline long chdf5_scale_name(hid_t set, unsigned axis, unsigned axes, char *name, size_t size) {
  htri_t there = H5Aexists(set, "DIMENSION_LIST");
  if (there <= 0) return there;
  hid_t attribute = H5Aopen(set, "DIMENSION_LIST", H5P_DEFAULT);
  if (attribute < 0) return -1;
  long length = -1;
  hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  hid_t element = type < 0 ? -1 : H5Tget_super(type);
  // What the attribute says of itself comes from the file.
  if (type >= 0 && space >= 0 && H5Tget_class(type) == H5T_VLEN && element >= 0 &&
      H5Tequal(element, H5T_STD_REF_OBJ) > 0 && H5Sget_simple_extent_npoints(space) == (hssize_t)axes && axis < axes &&
      axes <= H5S_MAX_RANK) {
    hvl_t lists[H5S_MAX_RANK];
    hid_t memory = H5Tvlen_create(H5T_STD_REF_OBJ);
    if (memory >= 0 && H5Aread(attribute, memory, lists) >= 0) {
      length = 0;
      if (lists[axis].len > 0 && lists[axis].p) {
        hid_t scale = H5Rdereference2(set, H5P_DEFAULT, H5R_OBJECT, lists[axis].p);
        length = scale < 0 ? -1 : (long)H5Iget_name(scale, name, size);
        if (scale >= 0) H5Idec_ref(scale);
      }
      H5Dvlen_reclaim(memory, space, H5P_DEFAULT, lists);
    }
    if (memory >= 0) H5Idec_ref(memory);
  }
  if (element >= 0) H5Idec_ref(element);
  if (space >= 0) H5Idec_ref(space);
  if (type >= 0) H5Idec_ref(type);
  H5Idec_ref(attribute);
  return length;
}

/// Truth values as h5py writes them: an enumeration of FALSE and TRUE in one byte.
static inline hid_t chdf5_truth_type(void) {
  hid_t type = H5Tenum_create(H5T_STD_I8LE);
  signed char no = 0, yes = 1;
  if (type >= 0 && H5Tenum_insert(type, "FALSE", &no) >= 0 && H5Tenum_insert(type, "TRUE", &yes) >= 0) return type;
  if (type >= 0) H5Idec_ref(type);
  return -1;
}

static inline hid_t chdf5_stored_integer(void) { return H5T_STD_I64LE; }
static inline herr_t chdf5_set_variable_length(hid_t text) { return H5Tset_size(text, H5T_VARIABLE); }
